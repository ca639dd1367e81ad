-- Adds what became ready. KEYS[1]: prefix. ARGV[1]: most hints in a list; then for each lane: its name, its priority, how many ids,
-- the ids. A list that is full keeps the rest to the database and says so by its mark `more`, which holds back later ones too: what
-- waits in the database is older than they are.
local prefix, most = KEYS[1], tonumber(ARGV[1])
local i = 2
while i <= #ARGV do
  local lane, priority, count = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  i = i + 3
  local list, more = prefix .. ':ready:' .. lane, prefix .. ':more:' .. lane
  local length = redis.call('LLEN', list)
  local room = most - length
  if redis.call('EXISTS', more) == 1 and length > 0 then room = 0 end
  local added = math.max(0, math.min(count, room))
  for from = 0, added - 1, 1000 do
    redis.call('RPUSH', list, unpack(ARGV, i + from, i + math.min(from + 1000, added) - 1))
  end
  if added < count then redis.call('SET', more, 1) end
  if length + added > 0 then
    redis.call('ZADD', prefix .. ':lanes:' .. priority, 'NX', redis.call('GET', prefix .. ':clock:' .. priority) or 0, lane)
  end
  i = i + count
end
