--- Reads and writes sizes: bytes as people say them.
---
--- `size.parse "10 GiB"` is 10737418240, and `size.format(10737418240)` is "10.0 GiB".

local fail = require "std.fail"

local size = {}

--- Bytes by unit in capitals; whole numbers, so that whole sizes stay exact.
local units = { [""] = 1, B = 1 }
for power, letter in ipairs { "K", "M", "G", "T", "P" } do
  units[letter .. "B"] = math.tointeger(1000 ^ power)
  units[letter] = 1 << (10 * power)
  units[letter .. "IB"] = units[letter]
end

--- The bytes that a text means: "1.5 GiB", "200MB", "4G", "512". A bare K, M, G counts in 1024, as in
--- qemu-img.
---
--- Raises: usage (no such size, or more bytes than an integer holds).
---@param text string|integer  an integer is bytes already
---@return integer bytes
function size.parse(text)
  local number, unit = tostring(text):match("^%s*(%d+%.?%d*)%s*(%a*)%s*$")
  local factor = unit and units[unit:upper()]
  if not factor then
    local shown = type(text) == "table" and "a table" or ("'%s'"):format(text)
    fail("usage", ("%s is no size"):format(shown), { advice = "write a number and a unit: 10 GiB" })
  end
  local count = tonumber(number) --[[@as number]]
  -- As a float, which does not wrap around where the number is too large.
  local bytes = count * (factor + 0.0)
  if bytes >= 2.0 ^ 63 then
    fail("usage", ("'%s' is larger than any size"):format(text), { advice = "the largest unit is PiB" })
  end
  return math.floor(count * factor)
end

--- A size as people read it: "1.5 GiB"; below 1 KiB, whole bytes: "512 B".
---@param bytes integer
---@return string
function size.format(bytes)
  local value, unit = bytes + 0.0, "B"
  for _, larger in ipairs { "KiB", "MiB", "GiB", "TiB", "PiB" } do
    if value < 1024 then break end
    value, unit = value / 1024, larger
  end
  if unit == "B" then return ("%d B"):format(value) end
  return ("%.1f %s"):format(value, unit)
end

return size
