-- Functions of Lua's library that are used while a recipe's declaration is read. C's own loop as often as a
-- number or a table's `__len` says, within one instruction, where nothing can stop them; these loop in Lua.

local native = {
  rep = string.rep,
  move = table.move,
  insert = table.insert,
  remove = table.remove,
  sort = table.sort,
}
---@type function, table<string, function>
local stopping, patterns = ... -- whether what runs is to end; `find` and others that count their steps
local type, select, error, tonumber, next, rawget, rawset =
  type, select, error, tonumber, next, rawget, rawset
local set, get, tointeger, maxinteger = setmetatable, getmetatable, math.tointeger, math.maxinteger

-- The longest part of a list that C may move.
local SHORT = 1000

local string, table = {}, {}

for name, counted in next, patterns do
  string[name] = counted
end

function string.rep(text, count, separator)
  local is_empty = text == "" and (separator == nil or separator == "")
  if is_empty and (tointeger(tonumber(count)) or 0) > 1 then count = 1 end
  return native.rep(text, count, separator)
end

function table.move(from, first, last, at, to)
  local f, e, t = tointeger(tonumber(first)), tointeger(tonumber(last)), tointeger(tonumber(at))
  local is_wrong = not (f and e and t) or type(from) ~= "table" or to ~= nil and type(to) ~= "table"
  if is_wrong or e < f or e - f >= 0 and e - f < SHORT or f <= 0 and e >= maxinteger + f then
    return native.move(from, first, last, at, to)
  end
  local length = e - f + 1
  if t > maxinteger - length + 1 then return native.move(from, first, last, at, to) end
  local target = to or from
  if t > e or t <= f or target ~= from then
    for i = 0, length - 1 do
      target[t + i] = from[f + i]
    end
  else
    for i = length - 1, 0, -1 do
      target[t + i] = from[f + i]
    end
  end
  return target
end

-- A table without a metatable is as long as its memory.
local function is_plain(list)
  return type(list) ~= "table" or get(list) == nil
end

function table.insert(list, ...)
  if is_plain(list) then return native.insert(list, ...) end
  local count, last = select("#", ...), #list + 1
  if count == 1 then
    list[last] = ...
    return
  end
  if count ~= 2 then error("wrong number of arguments to 'insert'", 2) end
  local at, value = ...
  at = tointeger(tonumber(at))
  if not at or at < 1 or at > last then error("bad argument #2 to 'insert' (position out of bounds)", 2) end
  for i = last, at + 1, -1 do
    list[i] = list[i - 1]
  end
  list[at] = value
end

function table.remove(list, at)
  if is_plain(list) then return native.remove(list, at) end
  local last = #list
  at = at == nil and last or tointeger(tonumber(at))
  if not at or at ~= last and (at < 1 or at > last + 1) then
    error("bad argument #2 to 'remove' (position out of bounds)", 2)
  end
  local value = list[at]
  for i = at, last - 1 do
    list[i] = list[i + 1]
  end
  list[at < last and last or at] = nil
  return value
end

-- Comparing two long texts is one instruction too: comparisons are made where they are counted.
function table.sort(list, before)
  if before ~= nil and type(before) ~= "function" then return native.sort(list, before) end
  local function is_before(a, b)
    if before then return (before(a, b)) end
    return a < b
  end
  if is_plain(list) then return native.sort(list, is_before) end
  local sorted = {}
  for i = 1, #list do
    sorted[i] = list[i]
  end
  native.sort(sorted, is_before)
  for i = 1, #sorted do
    list[i] = sorted[i]
  end
end

-- A hook that raises closes variables marked <close> before any other hook can run: a `__close` that is
-- called then must not be a script's. While the declaration is read, a table therefore has a copy of the
-- metatable that it was given.
local given = set({}, { __mode = "k" }) -- the metatable that each table was given

local function copied(meta)
  local copy = {}
  for name, value in next, meta do
    copy[name] = value
  end
  local close = copy.__close
  if type(close) == "function" then
    function copy.__close(...)
      if not stopping() then return close(...) end
    end
  elseif close ~= nil then
    copy.__close = nil
  end
  -- What a class is given later on has its effect all the same.
  if copy.__index == nil then
    function copy.__index(value, key)
      local index = rawget(meta, "__index")
      if type(index) == "function" then return index(value, key) end
      return index and index[key]
    end
  end
  if copy.__newindex == nil then
    function copy.__newindex(value, key, new)
      local index = rawget(meta, "__newindex")
      if type(index) == "function" then return index(value, key, new) end
      rawset(index or value, key, new)
    end
  end
  return copy
end

local is_over = false

local function setmetatable(value, meta)
  if is_over or type(value) ~= "table" or type(meta) ~= "table" then
    if value ~= nil then given[value] = nil end
    return set(value, meta)
  end
  set(value, copied(meta))
  given[value] = meta
  return value
end

local of_texts = {} -- stands for the metatable of all texts
for name, value in next, get("") do
  of_texts[name] = value
end

local function getmetatable(value)
  if type(value) == "string" and not is_over then return of_texts end
  local meta = value ~= nil and given[value]
  if not meta then return get(value) end
  local shown = rawget(meta, "__metatable")
  if shown == nil then return meta end
  return shown
end

-- Hands each table the metatable that it was given; `exchange(table, metatable)` is Rust's.
local function finish(exchange)
  is_over = true
  for name, value in next, of_texts do
    get("")[name] = value
  end
  for value, meta in next, given do
    set({}, meta) -- prepares its `__close`
    exchange(value, meta)
    given[value] = nil
  end
end

return { string = string, table = table, _G = { setmetatable = setmetatable, getmetatable = getmetatable } },
  finish
