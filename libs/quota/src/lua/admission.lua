-- When a lane may take `need` units of a scope: the window has room below the lane's reserve and the claims of
-- higher lanes, and the lane's burst of the pacing (GCRA: `tat` is the moment the scope would be even with its
-- rate) reaches far enough.

local function capOf(scope, lane)
  local l = CFG.lanes[lane]
  return scope.limit * (1 - (scope == user and l.reserve or l.projectReserve))
end

-- The fuller the window, the shorter the burst: else the first burst after a rest would come back each minute,
-- with a hole before it.
local function burstOf(scope, lane, used)
  local l = CFG.lanes[lane]
  return math.max(l.floor, l.burst * (1 - (used + scope.open) / scope.limit))
end

-- What waiting requests of higher lanes have claimed: units, permits, and until when.
local function claimed(scope, lane, now)
  local units, permits, till = 0, 0, 0
  for higher = lane + 1, 4 do
    local claim = scope.claims[higher - 1]
    if claim then
      local u, p, t = string.match(claim, '^(%d+):(%d+):(.+)$')
      if tonumber(t) > now then
        units, permits, till = units + tonumber(u), permits + tonumber(p), math.max(till, tonumber(t))
      end
    end
  end
  return units, permits, till
end

local function roomNow(scope, lane, now, want, least)
  local inWindow = capOf(scope, lane) - scope.used - scope.open - claimed(scope, lane, now)
  local ahead = math.max(scope.tat - now, 0)
  local paced = (burstOf(scope, lane, scope.used) - ahead) * scope.rate
  -- A request larger than the whole burst is let through when nothing is owed; it then pays by waiting longer.
  if ahead == 0 then paced = math.max(paced, least) end
  return math.min(want, math.floor(math.min(inWindow, paced) + 1e-6))
end

local CHUNK = 64

-- The delay until `need` units fit when nothing but time happens. Walks the log entry by entry as they leave.
local function delayHolding(scope, lane, now, need, held)
  local cap, t, used, index = capOf(scope, lane), now, scope.used, 0
  local entries = redis.call('LRANGE', scope.log, 0, CHUNK - 1)
  while true do
    local nextAt, nextUnits
    if entries[index % CHUNK + 1] then
      nextAt, nextUnits = parseEntry(entries[index % CHUNK + 1])
      nextAt = nextAt + CFG.window + CFG.guard
    end
    if used + scope.open + held + need <= cap + 1e-6 then
      local reach = math.max(burstOf(scope, lane, used), need / scope.rate)
      local at = math.max(t, scope.tat + need / scope.rate - reach)
      if not nextAt or at <= nextAt then return at - now end
    end
    if not nextAt then return CFG.window end
    t, used, index = math.max(t, nextAt), used - nextUnits, index + 1
    if index % CHUNK == 0 then entries = redis.call('LRANGE', scope.log, index, index + CHUNK - 1) end
  end
end

local function delayUntil(scope, lane, now, need)
  local held, _, till = claimed(scope, lane, now)
  local delay = delayHolding(scope, lane, now, need, held)
  if held == 0 then return delay end
  return math.min(delay, math.max(till - now, delayHolding(scope, lane, now, need, 0)))
end
