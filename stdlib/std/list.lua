--- Works on lists, and on whatever a `for` loop can walk.
---
--- Everywhere a list is taken, an iterator will do: `list.map(cloud:images(), "name")`. Everywhere a function
--- of an element is taken, the name of a field will do. Nothing changes the list it is given. Lists end at
--- the first nil.

local list = {}

---@alias Walkable any[]|fun(): any  a list, an iterator function, or an iterator that can be called
---@alias Key string|fun(item: any): any  a field's name, or a function of the element

local function is_callable(value)
  local meta = getmetatable(value)
  return type(value) == "function" or (type(meta) == "table" and meta.__call ~= nil)
end

--- An iterator over the elements.
---@param items Walkable
---@return fun(): any
local function walk(items)
  if type(items) ~= "table" or is_callable(items) then
    ---@cast items fun(): any
    return items
  end
  local i = 0
  return function()
    i = i + 1
    return items[i]
  end
end

---@param key Key?
---@return fun(item: any): any
local function reader(key)
  if is_callable(key) then
    ---@cast key fun(item: any): any
    return key
  end
  return function(item)
    if key == nil then return item end
    return item[key]
  end
end

--- All elements, as a list of its own.
---@param items Walkable
---@return any[]
function list.collect(items)
  local all = {}
  for item in walk(items) do
    all[#all + 1] = item
  end
  return all
end

--- What the key gives for each element. An element for which it gives nil is left out.
---@param items Walkable
---@param key Key
---@return any[]
function list.map(items, key)
  local read, mapped = reader(key), {}
  for item in walk(items) do
    mapped[#mapped + 1] = read(item)
  end
  return mapped
end

--- The elements for which the key gives something true.
---@param items Walkable
---@param key Key
---@return any[]
function list.filter(items, key)
  local read, kept = reader(key), {}
  for item in walk(items) do
    if read(item) then kept[#kept + 1] = item end
  end
  return kept
end

--- The first element for which the key gives something true, or nil. No more elements are fetched than that
--- takes.
---@param items Walkable
---@param key Key
---@return any
function list.find(items, key)
  local read = reader(key)
  for item in walk(items) do
    if read(item) then return item end
  end
end

--- Whether an element equals the value.
---@param items Walkable
---@param value any
---@return boolean
function list.contains(items, value)
  for item in walk(items) do
    if item == value then return true end
  end
  return false
end

--- Folds the elements into one value: `list.reduce(sizes, 0, function(sum, size) return sum + size end)`.
---@generic T
---@param items Walkable
---@param initial T
---@param f fun(value: T, item: any): T
---@return T
function list.reduce(items, initial, f)
  local value = initial
  for item in walk(items) do
    value = f(value, item)
  end
  return value
end

--- The sum of what the key gives; nil counts as 0.
---@param items Walkable
---@param key Key?
---@return number
function list.sum(items, key)
  local read, sum = reader(key), 0
  for item in walk(items) do
    sum = sum + (read(item) or 0)
  end
  return sum
end

--- Lists of elements, by what the key gives. An element for which it gives nil is left out.
---@param items Walkable
---@param key Key
---@return table<any, any[]>
function list.group(items, key)
  local read, groups = reader(key), {}
  for item in walk(items) do
    local name = read(item)
    if name ~= nil then
      groups[name] = groups[name] or {}
      table.insert(groups[name], item)
    end
  end
  return groups
end

--- Elements by what the key gives, else by themselves; of several, the last. `list.index(images, "id")[id]`
--- is the image.
---@param items Walkable
---@param key Key?
---@return table<any, any>
function list.index(items, key)
  local read, index = reader(key), {}
  for item in walk(items) do
    local name = read(item)
    if name ~= nil then index[name] = item end
  end
  return index
end

--- The elements in ascending order of what the key gives; equal ones stay in order, those with nil come last.
---@param items Walkable
---@param key Key?
---@return any[]
function list.sort_by(items, key)
  local read, ranked = reader(key), {}
  for item in walk(items) do
    ranked[#ranked + 1] = { item = item, rank = read(item), place = #ranked }
  end
  table.sort(ranked, function(a, b)
    if a.rank == b.rank then return a.place < b.place end
    if a.rank == nil or b.rank == nil then return b.rank == nil end
    return a.rank < b.rank
  end)
  return list.map(ranked, "item")
end

--- The first element of each that share what the key gives.
---@param items Walkable
---@param key Key?
---@return any[]
function list.unique(items, key)
  local read, seen, kept = reader(key), {}, {}
  for item in walk(items) do
    local name = read(item)
    if name == nil or not seen[name] then kept[#kept + 1] = item end
    if name ~= nil then seen[name] = true end
  end
  return kept
end

--- The elements of the first that are not in the second: what is there and should not be.
---@param items Walkable
---@param others Walkable
---@return any[]
function list.difference(items, others)
  local known = {}
  for other in walk(others) do
    known[other] = true
  end
  return list.filter(items, function(item)
    return not known[item]
  end)
end

--- The first elements, at most that many. No more are fetched than that takes.
---@param items Walkable
---@param count integer
---@return any[]
function list.take(items, count)
  local taken = {}
  if count < 1 then return taken end
  for item in walk(items) do
    taken[#taken + 1] = item
    if #taken >= count then break end
  end
  return taken
end

--- The elements after the first so many.
---@param items Walkable
---@param count integer
---@return any[]
function list.drop(items, count)
  local left, dropped = {}, 0
  for item in walk(items) do
    if dropped < count then
      dropped = dropped + 1
    else
      left[#left + 1] = item
    end
  end
  return left
end

--- Lists of at most that many elements each, in order.
---@param items Walkable
---@param size integer
---@return any[][]
function list.chunk(items, size)
  local chunks = {}
  for item in walk(items) do
    local last = chunks[#chunks]
    if last and #last < size then
      last[#last + 1] = item
    else
      chunks[#chunks + 1] = { item }
    end
  end
  return chunks
end

--- The keys of a table, in order.
---@param of table
---@return any[]
function list.keys(of)
  local keys = {}
  for key in pairs(of) do
    keys[#keys + 1] = key
  end
  return list.sort_by(keys, tostring)
end

return list
