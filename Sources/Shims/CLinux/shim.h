// epoll, eventfd and the scheduling policies of Linux, which Swift's own module of the C library leaves out.
#pragma once
#include <linux/sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
