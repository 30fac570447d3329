-- The locals of a REPL session: each chunk runs in an environment that knows the locals of those before it.
--
-- A local stays the chunk's own: its functions share it, and what is handed over is how to read and to write
-- it. Each environment sees what was there when its chunk began, as an inner block would: a function keeps
-- the `x` it was written with when a later line says `local x` again.

-- What strict globals do where one is missing, and Lua's own setmetatable.
---@type fun(globals: table, name: string): any
local missing
---@type fun(value: table, meta: table): table
local setmetatable
missing, setmetatable = ...

local visible = {} -- by name, how to read and to write it

local function environment()
  local seen, own = visible, nil
  local env = {}
  rawset(env, "local", function(name, read, write)
    if not own then
      own = {}
      for known, ways in pairs(seen) do
        own[known] = ways
      end
      visible = own
    end
    own[name] = { read = read, write = write }
  end)
  return setmetatable(env, {
    __metatable = false,
    __index = function(_, name)
      local ways = seen[name]
      if ways then return ways.read() end
      local value = rawget(_G, name)
      if value ~= nil then return value end
      return missing(_G, name) -- a tail call: errors are told where the name is read
    end,
    __newindex = function(_, name, value)
      local ways = seen[name]
      if not ways then
        _G[name] = value
      elseif ways.write then
        ways.write(value)
      else
        error("attempt to assign to const variable '" .. name .. "'", 2)
      end
    end,
  })
end

local function read(name)
  local ways = visible[name]
  return ways and ways.read()
end

local function names()
  local list = {}
  for name in pairs(visible) do
    list[#list + 1] = name
  end
  return list
end

local function clear()
  visible = {}
end

return { environment = environment, read = read, names = names, clear = clear }
