-- Takes hints, fairly across lanes: the lane with the least virtual time comes first, and its time goes on by what it gave. A lane that
-- has nothing leaves, and comes back at the time of the one that was served last, so that it saves up nothing while it is idle.
-- KEYS[1]: prefix. ARGV: priority, how many; and so on. Answers: lane, 1 if it ran empty and the database holds more, its ids; and so on.
local prefix, out = KEYS[1], {}
for i = 1, #ARGV, 2 do
  local priority, left = ARGV[i], tonumber(ARGV[i + 1])
  local lanes, clock = prefix .. ':lanes:' .. priority, nil
  while left > 0 do
    local first = redis.call('ZRANGE', lanes, 0, 0, 'WITHSCORES')
    if #first == 0 then break end
    local lane = first[1]
    clock = first[2]
    local share = math.max(1, math.floor(left / redis.call('ZCARD', lanes)))
    local ids = redis.call('LPOP', prefix .. ':ready:' .. lane, share) or {}
    local exhausted = 0
    if #ids < share then
      redis.call('ZREM', lanes, lane)
      exhausted = redis.call('DEL', prefix .. ':more:' .. lane)
    else
      redis.call('ZINCRBY', lanes, share, lane)
    end
    if #ids > 0 or exhausted == 1 then
      out[#out + 1] = lane
      out[#out + 1] = exhausted
      out[#out + 1] = ids
    end
    left = left - #ids
  end
  if clock then redis.call('SET', prefix .. ':clock:' .. priority, clock) end
end
return out
