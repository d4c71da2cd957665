-- wrk: POST of one picture to a model.
function init(args)
  local file = assert(io.open(args[1], "rb"))
  wrk.body = file:read("*a")
  file:close()
  wrk.method = "POST"
end

function done(summary, latency, requests)
  io.write(string.format("RESULT %.1f requests/s, median %.2f ms, p99 %.2f ms, errors %d\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
