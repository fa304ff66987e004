-- Turns among users when the project is the narrow place: start-time fair queueing over backfill.
-- `served` is a user's virtual time in units, `turn` the project's. A user whose request the project refused waits
-- under its virtual time; nobody may be served who is more than a quantum ahead of one who waits. So no user gains
-- by asking more often. Virtual time passes more slowly for who has a larger weight. One who does not come back when its time has come loses its place, not the others'.

local function forgetLateWaiters(now)
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', waitingUntil, '-inf', text(now))) do
    redis.call('ZREM', waiting, name)
    redis.call('ZREM', waitingUntil, name)
  end
end

local function startOf()
  return math.max(user.served, project.turn)
end

-- nil when it is this user's turn, else the delay until the others have caught up.
local function delayOfTurn(now)
  forgetLateWaiters(now)
  local lowest = redis.call('ZRANGE', waiting, 0, 0, 'WITHSCORES')
  if not lowest[1] or lowest[1] == userKey then return nil end
  local ahead = startOf() - CFG.quantum - tonumber(lowest[2])
  if ahead <= 0 then return nil end
  return ahead * redis.call('ZCARD', waiting) / project.rate
end

-- Those before in the queue go first, and each takes about as much as the last ones took. A little before that: not all
-- that is granted is used, and a turn that nobody asks for is lost.
local function delayOfQueue()
  redis.call('ZADD', waiting, text(startOf()), userKey)
  return redis.call('ZRANK', waiting, userKey) * project.slice / project.rate * 0.85
end

local function waitForTurn(now, delay)
  redis.call('ZADD', waiting, text(startOf()), userKey)
  redis.call('ZADD', waitingUntil, text(now + delay * 1.5 + CFG.grace), userKey)
  keep(waiting, CFG.userTtl)
  keep(waitingUntil, CFG.userTtl)
end

local function leaveQueue()
  if redis.call('ZREM', waiting, userKey) == 1 then redis.call('ZREM', waitingUntil, userKey) end
end

local function takeTurn(units, weight)
  leaveQueue()
  local start = startOf()
  local lowest = redis.call('ZRANGE', waiting, 0, 0, 'WITHSCORES')
  local turn = lowest[2] and math.min(start, tonumber(lowest[2])) or start
  project.turn = math.max(project.turn, turn)
  project.slice = project.slice == 0 and units or project.slice * 0.9 + units * 0.1
  user.served = start + units / weight
end
