-- Asks the addresses of a file one after the other, each thread its own share of them, and tells what came of it.
-- A line has an address, and behind a tab the entity tag that the client has of it.
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  local count = tonumber(args[2])
  local all = {}
  for line in io.lines(args[1]) do table.insert(all, line) end
  lines, at, used, not_modified, refused = {}, 0, 0, 0, 0
  -- A share is a piece of the list: of questions that take turns, every second one would be another kind of load.
  for place = math.floor(#all * number / count) + 1, math.floor(#all * (number + 1) / count) do
    local target, tag = all[place]:match("^([^\t]*)\t?(.*)$")
    local headers = { Accept = "application/sparql-results+json, text/turtle;q=0.9" }
    if tag ~= "" then headers["If-None-Match"] = tag end
    table.insert(lines, wrk.format("GET", target, headers))
  end
end

function request()
  at = at % #lines + 1
  used = used + 1
  return lines[at]
end

function response(status)
  if status == 304 then not_modified = not_modified + 1
  elseif status ~= 200 then refused = refused + 1 end
end

function done(summary, latency, requests)
  local not_modified, refused, again = 0, 0, 0
  for _, thread in ipairs(threads) do
    not_modified = not_modified + thread:get("not_modified")
    refused = refused + thread:get("refused")
    again = math.max(again, thread:get("used") / #thread:get("lines"))
  end
  local errors = summary.errors
  io.write(string.format(
    "RESULT %d %d %d %d %d %d %d %.3f\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), not_modified, refused, errors.connect + errors.read + errors.write + errors.timeout, again))
end
