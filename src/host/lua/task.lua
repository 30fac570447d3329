-- The Lua half of `task`; what its functions do is said in stdlib/meta/task.lua.

local host = ...
local task = {}

local function bad(...)
  host.usage(string.format(...))
end

local function list_of(list)
  if type(list) == "table" and not getmetatable(list) then return list end
  if type(list) == "table" or type(list) == "userdata" then
    local ok, collect = host.pcall(function()
      return list.collect
    end)
    if ok and collect then return collect(list) end
    if type(list) == "table" then return list end
  end
  bad("bad argument #1 to 'parallel' (list expected, got %s)", type(list))
end

--- Errors come as they happened; their readers want them as the list has its items.
local function in_order(errors)
  table.sort(errors, function(a, b)
    return a.index < b.index
  end)
  return errors
end

function task.parallel(list, f, options)
  list = list_of(list)
  if type(f) ~= "function" then bad("bad argument #2 to 'parallel' (function expected, got %s)", type(f)) end
  local results, e, errors = host.parallel(list, f, host.options(options))
  if not results then host.raise(e) end
  if errors then return results, in_order(errors) end
  return results
end

local function outcome(ok, ...)
  if ok then return ... end
  host.raise((...))
end

function task.timeout(seconds, f, ...)
  return outcome(host.timeout(seconds, f, ...))
end

return task
