-- Twice is as once: only the first finds the grant. One that comes after the grant expired finds it gone too; its
-- units were counted in full then.
local function settle(now, member, usedUnits, day, weight)
  if redis.call('ZREM', user.grants, member) == 0 then return 0 end
  redis.call('ZREM', project.grants, member)
  local lane, permits, units = parseGrant(member)
  local unused = units - usedUnits
  user.open, user.permits = user.open - units, user.permits - permits
  if lane == 1 then user.backfillPermits = user.backfillPermits - permits end
  project.open = project.open - units
  count(user, now, usedUnits)
  count(project, now, usedUnits)
  user.tat = user.tat - unused / user.rate
  project.tat = project.tat - unused / project.rate
  user.served = user.served - unused / weight
  if project.day == day then project.dayUsed = project.dayUsed - unused end
  return 1
end

-- Nobody knows what a holder used that is gone: all of it counts, from now.
local function abandon(now, prefix)
  local abandoned = 0
  for _, member in ipairs(redis.call('ZRANGE', user.grants, 0, -1)) do
    if string.sub(member, 1, #prefix) == prefix then
      local _, _, units = parseGrant(member)
      abandoned = abandoned + settle(now, member, units, 0, 1)
    end
  end
  return abandoned
end
