local function leaveClaim(scope, lane, now, units, permits, delay)
  local till = now + 2 * delay + CFG.claimSlack
  redis.call('HSET', scope.key, 'claim' .. (lane - 1), units .. ':' .. permits .. ':' .. text(till))
end

local function refuse(now, request, reason, delay)
  local narrow = reason == 'quota' or reason == 'concurrency' or reason == 'project'
  if narrow then delay = math.min(delay, CFG.window) end
  if narrow and request.lane > 1 then
    leaveClaim(user, request.lane, now, request.least, request.permits, delay)
    if reason == 'project' then leaveClaim(project, request.lane, now, request.least, 0, delay) end
  end
  if reason ~= 'project' then leaveQueue() end
  save(now)
  return { project.born, 0, reason, math.max(1, math.ceil(delay)) }
end

-- `days` are the Pacific midnights around now, ascending. A day once begun is never left for an earlier one.
local function turnDay(days)
  local nextDay = days[#days]
  for i = #days, 1, -1 do
    if days[i] > project.wall then
      nextDay = days[i]
    else
      if days[i] > project.day then project.day, project.dayUsed = days[i], 0 end
      break
    end
  end
  return nextDay
end

local function delayOfPermits(request, now)
  local _, held = claimed(user, request.lane, now)
  local free = user.permits + held + request.permits <= CFG.maxConcurrent
  if request.lane == 1 and user.backfillPermits + request.permits > CFG.backfillConcurrent then free = false end
  if free then return nil end
  local first = redis.call('ZRANGE', user.grants, 0, 0, 'WITHSCORES')
  return math.min(CFG.concurrencyRetry, first[2] and tonumber(first[2]) - now or CFG.concurrencyRetry)
end

-- The delay until it is worth giving what there is, `want`: all of what is worth a job, or, where that takes longer than
-- the user's rate and half of it again, the least. Such a hole comes a window after a burst, and waiting through it with
-- units at hand would lose them.
local function delayUntilWorth(request, now, want)
  if want >= request.worth then return 0 end
  local least = want >= request.least and 0 or delayUntil(user, request.lane, now, request.least)
  local worth = delayUntil(user, request.lane, now, request.worth)
  return worth - least > 1.5 * request.worth / user.rate and least or worth
end

local function give(now, request, units)
  local member = request.id .. ':' .. request.lane .. ':' .. request.permits .. ':' .. units
  redis.call('ZADD', user.grants, text(now + CFG.grantTtl), member)
  redis.call('ZADD', project.grants, text(now + CFG.grantTtl), member)
  project.open = project.open + units
  project.dayUsed = project.dayUsed + units
  user.tat = math.max(user.tat, now) + units / user.rate
  project.tat = math.max(project.tat, now) + units / project.rate
  takeTurn(units, request.weight)
  if user.claims[request.lane - 1] then redis.call('HDEL', user.key, 'claim' .. (request.lane - 1)) end
  if project.claims[request.lane - 1] then redis.call('HDEL', project.key, 'claim' .. (request.lane - 1)) end
  save(now)
  return { project.born, 1, member, units, tostring(project.day) }
end

local function acquire(now, request)
  local cool = math.max(user.cool, project.cool)
  if cool > now then return refuse(now, request, 'cooldown', cool - now) end
  local nextDay = turnDay(request.days)
  local want = request.units
  if CFG.dayLimit then
    want = math.min(want, CFG.dayLimit - project.dayUsed)
    if want < request.least then return refuse(now, request, 'day', nextDay - project.wall) end
  end
  local permitDelay = delayOfPermits(request, now)
  if permitDelay then return refuse(now, request, 'concurrency', permitDelay) end
  want = roomNow(user, request.lane, now, want, request.least)
  local delay = delayUntilWorth(request, now, want)
  if want < request.least or delay > 0 then return refuse(now, request, 'quota', delay) end
  local turnDelay = request.lane == 1 and delayOfTurn(now) or nil
  if not turnDelay then
    -- Whole helpings: many users sharing crumbs of a full project would ask ten times for each grant.
    local least = math.max(request.least, math.min(want, math.floor(project.limit / 100)))
    want = roomNow(project, request.lane, now, want, least)
    if want >= least then return give(now, request, want) end
    turnDelay = delayUntil(project, request.lane, now, least)
  end
  if request.lane == 1 then turnDelay = math.max(turnDelay, delayOfQueue()) end
  -- When many are nearly done, the queue moves faster than it did: of ten thousand mailboxes that were told to wait up to a
  -- window a tenth of the quota was lost (bench -- fairness). A quarter has them ask some 700 times a second.
  turnDelay = math.min(turnDelay, CFG.window / 4)
  if request.lane == 1 then waitForTurn(now, turnDelay) end
  return refuse(now, request, 'project', turnDelay)
end

local function parseRequest(first)
  local days = {}
  for i = first + 7, #ARGV do days[#days + 1] = tonumber(ARGV[i]) end
  return {
    id = ARGV[first],
    lane = tonumber(ARGV[first + 1]),
    units = tonumber(ARGV[first + 2]),
    least = tonumber(ARGV[first + 3]),
    worth = tonumber(ARGV[first + 4]),
    permits = tonumber(ARGV[first + 5]),
    weight = tonumber(ARGV[first + 6]),
    days = days,
  }
end
