-- One hash holds every breaker of the project, by fields "until:<name>", "since:", "forced:", "probe:", "welcome:", "epoch:".
-- No `until`: closed. Ahead: open. Past: half-open, and whoever gets the lease `probe` may make one call.
-- `probed:` is when any of them was last probed. `welcome:<name>`: when another breaker's probe has found Gmail alive since
-- this one opened, so it need not wait for its turn.
-- `epoch` counts closings: a process that sees a later one forgets what it has counted by itself.
local states, callers, votes = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function number(field, name) return tonumber(redis.call('HGET', states, field .. ':' .. name) or '') end

local function forgetVotes(name)
  for _, vote in ipairs(redis.call('ZRANGE', votes, 0, -1)) do
    if string.sub(vote, 1, #name + 1) == name .. ' ' then redis.call('ZREM', votes, vote) end
  end
end

local function open(name, forMs, forced)
  redis.call('HSET', states, 'until:' .. name, now + forMs)
  redis.call('HSETNX', states, 'since:' .. name, now)
  redis.call('HDEL', states, 'probe:' .. name, 'forced:' .. name, 'welcome:' .. name)
  if forced then redis.call('HSET', states, 'forced:' .. name, 1) end
  forgetVotes(name)
end

local function close(name)
  redis.call('HDEL', states, 'until:' .. name, 'since:' .. name, 'probe:' .. name, 'forced:' .. name, 'welcome:' .. name)
  redis.call('HINCRBY', states, 'epoch:' .. name, 1)
  forgetVotes(name)
end

-- An outage is Gmail's: where one kind of call is answered again, the others may be tried at once.
local function welcomeOthers()
  local fields = redis.call('HGETALL', states)
  for at = 1, #fields, 2 do
    local name = string.match(fields[at], '^until:(.*)$')
    if name and not number('forced', name) then
      redis.call('HSET', states, fields[at], math.min(tonumber(fields[at + 1]), now))
      redis.call('HSETNX', states, 'welcome:' .. name, now)
    end
  end
end

-- What nobody asks for would stay half-open for as long, and a single failure would count as an outage meanwhile.
local function closeUnasked(forMs)
  local fields = redis.call('HGETALL', states)
  for at = 1, #fields, 2 do
    local name = string.match(fields[at], '^welcome:(.*)$')
    local isAsked = name and redis.call('HEXISTS', states, 'probe:' .. name) == 1
    if name and not isAsked and now - tonumber(fields[at + 1]) >= forMs then close(name) end
  end
end

local function countOf(set, name)
  local count = 0
  for _, member in ipairs(redis.call('ZRANGE', set, 0, -1)) do
    if string.sub(member, 1, #name + 1) == name .. ' ' then count = count + 1 end
  end
  return count
end

-- A process that is broken by itself must not stop the others; one that is alone decides alone.
local function countVotes(name, resetMs, atLeast, share)
  if number('until', name) then return end
  local processes = countOf(callers, name)
  local needed = math.min(processes, math.max(atLeast, math.ceil(processes * share)))
  if countOf(votes, name) >= needed then open(name, resetMs) end
end

local operations = {}

-- id, callerMs, voteMs, atLeast, share, resetMs, count of names called, these names, then pairs of a name that has
-- tripped and the epoch it did so in: a vote that has not heard of a closing yet must not undo it.
function operations.sync()
  local id, called = ARGV[2], tonumber(ARGV[8])
  redis.call('ZREMRANGEBYSCORE', callers, '-inf', now - ARGV[3])
  redis.call('ZREMRANGEBYSCORE', votes, '-inf', now - ARGV[4])
  for at = 9, 8 + called do redis.call('ZADD', callers, now, ARGV[at] .. ' ' .. id) end
  closeUnasked(ARGV[7] / 2)
  for at = 9 + called, #ARGV, 2 do
    local name = ARGV[at]
    if (number('epoch', name) or 0) == tonumber(ARGV[at + 1]) then
      redis.call('ZADD', callers, now, name .. ' ' .. id)
      redis.call('ZADD', votes, now, name .. ' ' .. id)
      countVotes(name, ARGV[7], tonumber(ARGV[5]), tonumber(ARGV[6]))
    end
  end
  return { now, redis.call('HGETALL', states) }
end

-- name, token, leaseMs, paceMs
function operations.probe()
  local name = ARGV[2]
  local openUntil = number('until', name)
  local epoch = number('epoch', name) or 0
  if not openUntil then return { 'closed', 0, epoch } end
  if openUntil > now then return { 'open', openUntil - now, epoch } end
  local leasedUntil = tonumber(string.match(redis.call('HGET', states, 'probe:' .. name) or '', '^%d+'))
  if leasedUntil and leasedUntil > now then return { 'probing', leasedUntil - now, epoch } end
  local nextAt = (number('probed', '') or 0) + ARGV[5]
  if nextAt > now and not number('welcome', name) then return { 'probing', nextAt - now, epoch } end
  redis.call('HSET', states, 'probed:', now)
  redis.call('HSET', states, 'probe:' .. name, string.format('%.0f %s', now + ARGV[4], ARGV[3]))
  return { 'leased', tonumber(ARGV[4]), epoch }
end

-- name, token, epoch. Life is believed however late it is reported, for a slow Gmail outlasts its lease; but not
-- against an operator who has reset or opened the breaker meanwhile.
function operations.alive()
  local name = ARGV[2]
  local openUntil = number('until', name)
  local byHand = number('forced', name) and openUntil and openUntil > now
  if openUntil and not byHand and (number('epoch', name) or 0) == tonumber(ARGV[4]) then
    close(name)
    welcomeOthers()
  end
  return { now, redis.call('HGETALL', states) }
end

-- name, token, resetMs. A failure counts only as long as its lease is the current one.
function operations.dead()
  local name = ARGV[2]
  local token = string.match(redis.call('HGET', states, 'probe:' .. name) or '', '^%d+ (.*)$')
  if token == ARGV[3] then open(name, ARGV[4]) end
  return { now, redis.call('HGETALL', states) }
end

function operations.reset()
  close(ARGV[2])
  return { now, redis.call('HGETALL', states) }
end

-- name, forMs
function operations.forceOpen()
  open(ARGV[2], ARGV[3], true)
  return { now, redis.call('HGETALL', states) }
end

function operations.list()
  return { now, redis.call('HGETALL', states), redis.call('ZRANGE', callers, 0, -1), redis.call('ZRANGE', votes, 0, -1) }
end

-- id: the fleet counts without it.
function operations.leave()
  for _, set in ipairs({ callers, votes }) do
    for _, member in ipairs(redis.call('ZRANGE', set, 0, -1)) do
      if string.sub(member, -#ARGV[2]) == ARGV[2] then redis.call('ZREM', set, member) end
    end
  end
  return 0
end

return operations[ARGV[1]]()
