--- Calls a function, and gives what it returns, or nil and the error.
---
---     local image, err = try(cloud.image, cloud, "pfsense")
---     if not image and err.kind ~= "not_found" then error(err) end

local function outcome(ok, ...)
  if ok then return ... end
  return nil, (...)
end

---@param f function
---@param ... any  what `f` is called with
---@return any value  all that `f` returns; nil where it raises
---@return any err    what it raised
local function try(f, ...)
  return outcome(pcall(f, ...))
end

return try
