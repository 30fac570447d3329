--- Checks what should hold, and says what does not: for specs and for scripts that must be sure.
---
---     check.equal(member.status, "accepted")
---     check.raises("not_found", function() cloud:image "nothing" end)

local inspect = require "std.inspect"
local try = require "std.try"

local check = {}

--- Raises where the caller of the check stands.
local function refuse(message, ...)
  error(message:format(...), 3)
end

---@return boolean
local function same(a, b)
  if a == b then return true end
  if type(a) ~= "table" or type(b) ~= "table" then return false end
  for key, value in pairs(a) do
    if not same(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

--- Two values are equal; tables where their entries are.
---@param actual any
---@param expected any
---@param what string?  what they are, for the message
function check.equal(actual, expected, what)
  if same(actual, expected) then return end
  refuse("%sexpected %s, got %s", what and what .. ": " or "", inspect(expected), inspect(actual))
end

--- A value is neither nil nor false.
---@param value any
---@param what string?
---@return any value
function check.truthy(value, what)
  if value then return value end
  refuse("%sexpected something true, got %s", what and what .. ": " or "", inspect(value))
end

--- A text has a Lua pattern in it.
---@param text any
---@param pattern string
function check.matches(text, pattern)
  if tostring(text):find(pattern) then return end
  refuse("expected a text with %s in it, got %s", inspect(pattern), inspect(text))
end

--- A list has an element that equals the value.
---@param items any[]
---@param value any
function check.contains(items, value)
  for _, item in ipairs(items) do
    if same(item, value) then return end
  end
  refuse("expected a list with %s in it, got %s", inspect(value), inspect(items))
end

--- A function raises an error of that kind, which is given back; `"lua"` is any error of Lua's own.
---@param kind Kind|"lua"
---@param f function
---@param ... any  what `f` is called with
---@return Error|string err
function check.raises(kind, f, ...)
  local _, err = try(f, ...)
  if err == nil then refuse("expected a %s error, but none was raised", kind) end
  local got = type(err) == "userdata" and err.kind or "lua"
  if got ~= kind then refuse("expected a %s error, got %s", kind, tostring(err)) end
  return err
end

return check
