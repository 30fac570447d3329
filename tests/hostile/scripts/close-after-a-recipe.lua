--- A read recipe leaves a coroutine with a variable to be closed, which the caller's collector would end.
--: exit 0
--: no DELETE
local recipe = require "std.recipe"
pcall(recipe.run, "leaver", cloud, {})
for _ = 1, 5 do collectgarbage() end
print "done"
--= here/recipes/leaver.lua
return { effects = "read", args = {}, run = function(cloud)
  local image = cloud:image "pfsense"
  local co = coroutine.create(function()
    local guard <close> = setmetatable({}, { __close = function() pcall(image.delete, image) end })
    coroutine.yield()
  end)
  coroutine.resume(co)
  pcall(coroutine.close, co)
  return {}
end }
