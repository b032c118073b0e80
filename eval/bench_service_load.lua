-- What wrk runs for eval/bench_service_load.py: the requests of a file, "METHOD PATH BODY" a line, one after another.
-- After the last it begins again at the first.
local lines, sent = {}, 0
local thread
bad, first = 0, "" -- read from outside, below

function setup(started) thread = started end

function init(arguments)
   for line in io.lines(arguments[1]) do
      local method, path, body = line:match("^(%S+) (%S+) ?(.*)$")
      local headers = {}
      if body == "" then body = nil else headers["Content-Type"] = "application/json" end
      lines[#lines + 1] = wrk.format(method, path, headers, body)
   end
end

function request()
   sent = sent + 1
   return lines[(sent - 1) % #lines + 1]
end

function response(status, headers, body)
   if status ~= 200 then
      bad = bad + 1
      if first == "" then first = (status .. " " .. body:sub(1, 300)):gsub("[%c\"\\]", " ") end
   end
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '\n{"requests": %d, "seconds": %.6f, "p50": %.3f, "p95": %.3f, "p99": %.3f, "most": %.3f, '
         .. '"refused": %d, "timed_out": %d, "broken": %d, "first": "%s"}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
      latency:percentile(99) / 1e3, latency.max / 1e3, thread:get("bad"), errors.timeout,
      errors.connect + errors.read + errors.write, thread:get("first")))
end
