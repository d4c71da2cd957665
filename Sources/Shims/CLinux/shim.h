// What Swift's own module of the C library leaves out: epoll, eventfd, scheduling policies and processor masks.
#pragma once
#include <linux/sched.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

// The library's own declarations are for _GNU_SOURCE only, and syscall(2) is variadic. Both are for the calling thread.

// Writes the mask of allowed processors; the number of bytes written, or -1.
static inline long linux_sched_getaffinity(size_t size, void *mask) { return syscall(SYS_sched_getaffinity, 0, size, mask); }

// 0, or -1 with errno.
static inline long linux_sched_setaffinity(size_t size, const void *mask) { return syscall(SYS_sched_setaffinity, 0, size, mask); }
