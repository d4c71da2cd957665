-- wrk: PUT of one JPEG under ever new names, each with other bytes (a number behind its end), so that nothing is stored before.
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("id", threads)
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  jpeg = file:read("*a")
  file:close()
  prefix = args[2] .. "-" .. id .. "-"
  count = 0
end

function request()
  count = count + 1
  return wrk.format("PUT", "/v1/datasets/load/images/" .. prefix .. count .. ".jpg?label=a", nil, jpeg .. prefix .. count)
end

function done(summary, latency, requests)
  io.write(string.format("RESULT %.1f requests/s, median %.2f ms, p99 %.2f ms, errors %d\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
