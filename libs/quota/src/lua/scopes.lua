-- A scope is what has a window of its own: one user, or the whole project.
-- Times are real milliseconds of the quota clock, as doubles; written with three decimals because Lua's own
-- tostring keeps only 14 digits.

local projectKey, userKey = KEYS[1], KEYS[4]
local project = { key = projectKey, log = KEYS[2], grants = KEYS[3], limit = CFG.projectLimit, bucket = CFG.projectBucket }
local user = { key = userKey, log = KEYS[5], grants = KEYS[6], limit = CFG.userLimit, bucket = CFG.userBucket }
local waiting, waitingUntil = KEYS[7], KEYS[8]

local function num(value)
  return tonumber(value) or 0
end

local function text(value)
  return string.format('%.3f', value)
end

local function load(scope)
  local f = redis.call('HMGET', scope.key, 'used', 'tat', 'cool', 'claim1', 'claim2', 'claim3', 'served', 'open')
  scope.known = f[1] and true or false
  scope.rate = scope.limit / CFG.window
  scope.used, scope.tat, scope.cool = num(f[1]), num(f[2]), num(f[3])
  scope.claims = { f[4], f[5], f[6] }
  scope.served, scope.open = num(f[7]), num(f[8])
end

-- The quota clock never goes back: when Redis's clock does (a failover to a host that is behind), the difference
-- is kept and added from then on, so that entries still leave the window after exactly one window.
local function readClock(given)
  local f = redis.call('HMGET', projectKey, 'last', 'offset', 'born', 'lost', 'turn', 'slice', 'day', 'dayUsed')
  local t = given ~= '' and tonumber(given)
  if not t then
    local time = redis.call('TIME')
    t = time[1] * 1000 + time[2] / 1000
  end
  project.wall = t
  project.offset = num(f[2])
  project.now = t + project.offset
  if project.now < num(f[1]) then
    project.offset = project.offset + num(f[1]) - project.now
    project.now = num(f[1])
  end
  project.born, project.lost = f[3], num(f[4])
  project.turn, project.slice = num(f[5]), num(f[6])
  project.day, project.dayUsed = num(f[7]), num(f[8])
  return project.now
end

-- Redis forgot, or never knew. `lastBorn` is the birth this process saw before: when it saw one, usage was lost.
local function checkBirth(now, lastBorn)
  if not project.born then
    project.born = text(now)
    project.lost = (lastBorn ~= '' or CFG.cautious) and 1 or 0
  elseif lastBorn ~= '' and lastBorn ~= project.born and now < tonumber(project.born) + CFG.window then
    project.lost = 1
  end
end

local function parseEntry(entry)
  local at, units = string.match(entry, '^([^:]+):(.+)$')
  return tonumber(at), tonumber(units)
end

-- Entries of one bucket share the latest of their times: they count a little longer than needed, never shorter.
local function count(scope, at, units)
  if units <= 0 then return end
  scope.used = scope.used + units
  local last = redis.call('LINDEX', scope.log, -1)
  if last then
    local lastAt, lastUnits = parseEntry(last)
    if at < lastAt then at = lastAt end
    if math.floor(lastAt / scope.bucket) == math.floor(at / scope.bucket) then
      redis.call('LSET', scope.log, -1, text(at) .. ':' .. (lastUnits + units))
      return
    end
  end
  redis.call('RPUSH', scope.log, text(at) .. ':' .. units)
end

-- After a loss the past is taken to be the fullest that pacing allows: nothing comes free for the length of the
-- backfill burst, then it comes at the steady rate. The reserve of the higher lanes stays free.
local function assumeFullWindow(scope, now, reserve)
  local born = tonumber(project.born)
  local burst, steps = CFG.lanes[1].burst, 50
  local step = (CFG.window - burst) / steps
  local rate = scope.rate * (1 - reserve)
  for k = 1, steps do
    local units = math.ceil(rate * step)
    if k == steps then units = units + math.ceil(rate * burst) end
    count(scope, born - CFG.window + burst + k * step, units)
  end
end

-- Grant members read `<id>:<lane>:<permits>:<units>`; their score is the moment they expire.
local function parseGrant(member)
  local lane, permits, units = string.match(member, ':(%d+):(%d+):(%d+)$')
  return tonumber(lane), tonumber(permits), tonumber(units)
end

local function expireGrants(scope, now)
  local due = redis.call('ZRANGEBYSCORE', scope.grants, '-inf', text(now), 'WITHSCORES')
  for i = 1, #due, 2 do
    local _, _, units = parseGrant(due[i])
    redis.call('ZREM', scope.grants, due[i])
    count(scope, tonumber(due[i + 1]), units)
    scope.open = scope.open - units
  end
end

local function dropOldEntries(scope, now)
  while true do
    local first = redis.call('LINDEX', scope.log, 0)
    if not first then break end
    local at, units = parseEntry(first)
    if at + CFG.window + CFG.guard > now then return end
    redis.call('LPOP', scope.log)
    scope.used = scope.used - units
  end
  scope.used = 0
end

local function bring(scope, now, reserve)
  load(scope)
  if not scope.known then
    redis.call('DEL', scope.log)
    if project.lost == 1 and now < tonumber(project.born) + CFG.window then assumeFullWindow(scope, now, reserve) end
  end
  expireGrants(scope, now)
  dropOldEntries(scope, now)
end

-- Everything of the user that is open is read from its few grants: no counter can drift.
local function readOpenGrants()
  user.open, user.permits, user.backfillPermits = 0, 0, 0
  for _, member in ipairs(redis.call('ZRANGE', user.grants, 0, -1)) do
    local lane, permits, units = parseGrant(member)
    user.open = user.open + units
    user.permits = user.permits + permits
    if lane == 1 then user.backfillPermits = user.backfillPermits + permits end
  end
end

local function bringAll(given, lastBorn)
  local now = readClock(given)
  checkBirth(now, lastBorn)
  bring(project, now, CFG.lanes[1].projectReserve)
  bring(user, now, CFG.lanes[1].reserve)
  readOpenGrants()
  return now
end

local function keep(key, ttl)
  redis.call('PEXPIRE', key, ttl)
end

local function save(now)
  redis.call('HSET', user.key, 'used', user.used, 'tat', text(user.tat), 'cool', text(user.cool), 'served', user.served)
  redis.call('HSET', project.key, 'used', project.used, 'tat', text(project.tat), 'cool', text(project.cool),
    'open', project.open, 'last', text(now), 'offset', text(project.offset), 'born', project.born, 'lost', project.lost,
    'turn', text(project.turn), 'slice', text(project.slice), 'day', project.day, 'dayUsed', project.dayUsed)
  keep(user.key, math.ceil(math.max(CFG.userTtl, user.cool - now + CFG.userTtl)))
  keep(user.log, CFG.userTtl)
  keep(user.grants, CFG.userTtl)
  keep(project.key, math.ceil(math.max(CFG.projectTtl, project.cool - now + CFG.projectTtl)))
  keep(project.log, CFG.userTtl)
  keep(project.grants, CFG.userTtl)
end
