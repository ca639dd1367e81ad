-- Puts what waits in a lane the longest before what its list holds. KEYS[1]: prefix. ARGV: lane, priority, 1 if the database holds more,
-- then the ids, the longest due first.
local prefix, lane, priority = KEYS[1], ARGV[1], ARGV[2]
local list, block = prefix .. ':ready:' .. lane, {}
for i = #ARGV, 4, -1 do
  block[#block + 1] = ARGV[i]
  if #block == 1000 or i == 4 then
    redis.call('LPUSH', list, unpack(block))
    block = {}
  end
end
if ARGV[3] == '1' then redis.call('SET', prefix .. ':more:' .. lane, 1) end
redis.call('ZADD', prefix .. ':lanes:' .. priority, 'NX', redis.call('GET', prefix .. ':clock:' .. priority) or 0, lane)
