-- Which lanes have no hints. KEYS[1]: prefix. ARGV: lanes. Answers their places in ARGV, from 1.
local out = {}
for i, lane in ipairs(ARGV) do
  if redis.call('EXISTS', KEYS[1] .. ':ready:' .. lane) == 0 then out[#out + 1] = i end
end
return out
