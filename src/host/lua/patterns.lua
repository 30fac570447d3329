-- `string.find`, `match`, `gmatch` and `gsub` as scripts call them: Lua's own where a call takes little time
-- whatever the subject is, else those of Rust (host/strings), which can be interrupted and count their steps.
--
-- Lua's own are called only where they cannot raise an error: its position would be a line of this file.

---@type table<string, function>, function, function
local rust, cost_of, fits = ...
local find, match, gmatch, gsub, byte = string.find, string.match, string.gmatch, string.gsub, string.byte
local type, math_type = type, math.type

-- The most patterns and replacements that are remembered.
local MOST = 500
-- The longest replacement that is remembered.
local LONG = 200
-- The most bytes that Lua's own search for a plain text may compare, and that replacements may have.
local PLAIN, REPLACED = 1000000000, 100000000
-- The longest text in which matches are replaced by what a function returns: each may be a call of C.
local CALLS = 4000000

-- Of each pattern, the length of the longest subject that Lua's own functions are given, and the number of
-- captures.
local longest, captures, learned = {}, {}, 0
-- Of each replacement, the highest capture that it names; 10 if it is invalid.
local highest, replacements = {}, 0

local function learn(pattern)
  if type(pattern) ~= "string" then return -1 end
  if #pattern > LONG then return -1 end
  if learned >= MOST then
    longest, captures, learned = {}, {}, 0
  end
  local length, count = cost_of(pattern)
  longest[pattern], captures[pattern], learned = length, count, learned + 1
  return length
end

local function learn_replacement(by)
  if not find(by, "%", 1, true) then return 0 end
  if #by > LONG then return 10 end
  local most = 0
  for escaped in gmatch(by, "%%(.?)") do
    local code, number = byte(escaped) or 0, 10
    if code == 37 then -- "%"
      number = 0
    elseif code >= 48 and code <= 57 then -- "0" to "9"
      number = code - 48
    end
    if number > most then most = number end
  end
  if replacements >= MOST then
    highest, replacements = {}, 0
  end
  highest[by], replacements = most, replacements + 1
  return most
end

-- Returns the longest subject of a pattern, or the length of a text for which the pattern takes little time
-- all the same. Only where all matches are looked for: looking at the whole text then takes no longer than
-- that.
local function length_for(text, pattern)
  local length = longest[pattern] or learn(pattern)
  if #text > length and length >= 0 and fits(text, pattern) then return #text end
  return length
end

local string = {}

function string.find(...)
  local text, pattern, init, plain = ...
  if type(text) == "string" and (init == nil or init == 1 or math_type(init) == "integer") then
    if #text <= (longest[pattern] or learn(pattern)) then return find(text, pattern, init, plain) end
    if plain and type(pattern) == "string" and #text * #pattern <= PLAIN then
      return find(text, pattern, init, true)
    end
  end
  return rust.find(...)
end

function string.match(...)
  local text, pattern, init = ...
  if
    type(text) == "string"
    and #text <= (longest[pattern] or learn(pattern))
    and (init == nil or init == 1 or math_type(init) == "integer")
  then
    return match(text, pattern, init)
  end
  return rust.match(...)
end

function string.gmatch(...)
  local text, pattern, init = ...
  if
    type(text) == "string"
    and type(pattern) == "string"
    and byte(pattern) ~= 94 -- "^" is no anchor here
    and #text <= length_for(text, pattern)
    and (init == nil or math_type(init) == "integer")
  then
    return gmatch(text, pattern, init)
  end
  return rust.gmatch(...)
end

function string.gsub(...)
  local text, pattern, by, most = ...
  if type(text) == "string" and (most == nil or math_type(most) == "integer") then
    local length, kind = length_for(text, pattern), type(by)
    if #text > length then return rust.gsub(...) end
    if kind == "string" then
      local needed = #text * #by <= REPLACED and (highest[by] or learn_replacement(by))
      if needed and (needed <= 1 or needed <= captures[pattern]) then return gsub(text, pattern, by, most) end
    elseif (kind == "function" or kind == "table") and #text <= CALLS then
      return gsub(text, pattern, by, most)
    end
  end
  return rust.gsub(...)
end

return string
