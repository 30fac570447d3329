--- Reads and writes sizes: bytes as people say them.
---
--- `size.parse "10 GiB"` is 10737418240, and `size.format(10737418240)` is "10.0 GiB".

local fail = require "std.fail"

local size = {}

local units = {
  [""] = 1,
  B = 1,
  KB = 1000,
  MB = 1000 ^ 2,
  GB = 1000 ^ 3,
  TB = 1000 ^ 4,
  PB = 1000 ^ 5,
  K = 1024,
  M = 1024 ^ 2,
  G = 1024 ^ 3,
  T = 1024 ^ 4,
  P = 1024 ^ 5,
  KIB = 1024,
  MIB = 1024 ^ 2,
  GIB = 1024 ^ 3,
  TIB = 1024 ^ 4,
  PIB = 1024 ^ 5,
}

--- The bytes that a text means: "1.5 GiB", "200MB", "4G", "512". A bare K, M, G counts in 1024, as in qemu-img.
---
--- Raises: usage (no such size).
---@param text string|integer  an integer is bytes already
---@return integer bytes
function size.parse(text)
  local number, unit = tostring(text):match("^%s*(%d+%.?%d*)%s*(%a*)%s*$")
  local factor = unit and units[unit:upper()]
  if not factor then
    fail("usage", ("'%s' is no size"):format(text), { advice = "a size is a number and a unit, such as 10 GiB" })
  end
  return math.tointeger(number) and math.tointeger(factor) * math.tointeger(number) or math.floor(number * factor)
end

--- A size as people read it: "1.5 GiB"; below 1 KiB, whole bytes: "512 B".
---@param bytes integer
---@return string
function size.format(bytes)
  local value, unit = bytes, "B"
  for _, larger in ipairs { "KiB", "MiB", "GiB", "TiB", "PiB" } do
    if value < 1024 then break end
    value, unit = value / 1024, larger
  end
  if unit == "B" then return ("%d B"):format(value) end
  return ("%.1f %s"):format(value, unit)
end

return size
