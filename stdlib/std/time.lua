--- Reads and writes times, as Glance has them: ISO 8601 in UTC.
---
--- `time.parse(image.created_at)` is seconds since 1970, which can be compared, subtracted and formatted
--- again.

local fail = require "std.fail"

local time = {}

-- The seconds of the years 0000 and 9999.
local first <const>, last <const> = -62167219200, 253402300799

---@param digits string?
---@return integer
local function int(digits)
  return math.tointeger(digits) --[[@as integer]]
end

-- Days from 1970-01-01 to a date of the Gregorian calendar, after Howard Hinnant's days_from_civil.
---@param year integer
---@param month integer
---@param day integer
---@return integer
local function days(year, month, day)
  if month <= 2 then year = year - 1 end
  local era = year // 400
  local year_of_era = year - era * 400
  local day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
  local day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
  return era * 146097 + day_of_era - 719468
end

-- Seconds east of UTC that "Z", "+02:00" or nothing means; nil for anything else.
---@param zone string
---@return integer?
local function offset(zone)
  if zone == "" or zone == "Z" then return 0 end
  local sign, hours, minutes = zone:match("^([+-])(%d%d):?(%d%d)$")
  if not sign then return nil end
  local seconds = int(hours) * 3600 + int(minutes) * 60
  return sign == "+" and seconds or -seconds
end

-- Days from 1970-01-01 to a date; nil where the calendar has no such date.
---@param year integer
---@param month integer
---@param day integer
---@return integer?
local function date_of(year, month, day)
  if month < 1 or month > 12 or day < 1 then return nil end
  local next_month = days(month == 12 and year + 1 or year, month % 12 + 1, 1)
  local date = days(year, month, day)
  if date < next_month then return date end
end

--- The seconds since 1970 of "2026-01-31T12:00:00Z". A zone may be "+02:00"; none means UTC; fractions are
--- dropped.
---
--- Raises: usage (no such time).
---@param text string
---@return integer seconds
function time.parse(text)
  local whole = text:find("T", 1, true) and text or text .. "T00:00:00Z"
  local year, month, day, hour, minute, second, zone =
    whole:match "^(%d%d%d%d)-(%d%d)-(%d%d)T(%d%d):(%d%d):(%d%d)%.?%d*(.*)$"
  local east = zone and offset(zone)
  local date = east and date_of(int(year), int(month), int(day))
  if not date or int(hour) > 23 or int(minute) > 59 or int(second) > 60 then
    fail("usage", ("'%s' is no time"):format(text), { advice = "write it as 2026-01-31T12:00:00Z" })
  end
  local seconds = date * 86400 + int(hour) * 3600 + int(minute) * 60 + int(second) - east
  if seconds < first or seconds > last then
    fail("usage", ("'%s' is not between the years 0 and 9999 in UTC"):format(text))
  end
  return seconds --[[@as integer]]
end

--- "2026-01-31T12:00:00Z", in UTC.
---
--- Raises: usage (a year before 0 or after 9999).
---@param seconds integer  since 1970
---@return string
function time.format(seconds)
  if seconds < first or seconds > last then
    fail(
      "usage",
      ("%s is no time that can be written"):format(seconds),
      { advice = "it is seconds since 1970" }
    )
  end
  local text = os.date("!%Y-%m-%dT%H:%M:%SZ", seconds) --[[@as string]]
  return ("0"):rep(#"2026-01-31T12:00:00Z" - #text) .. text
end

--- The seconds since 1970 until now.
---@return integer
function time.now()
  return os.time()
end

--- How many seconds ago a time was.
---@param when string|integer  ISO 8601, or seconds since 1970
---@return integer seconds  negative for the future
function time.age(when)
  if type(when) == "string" then when = time.parse(when) end
  return time.now() - when
end

return time
