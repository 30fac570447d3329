--- A read recipe returns a coroutine and an iterator that go on in the caller's scope.
--: exit 0 1 3
--: no DELETE
local recipe = require "std.recipe"
local ok, left = pcall(recipe.run, "giver", cloud, {})
if ok then
  pcall(function() coroutine.resume(left.co) end)
  pcall(function() for _ in left.next do end end)
end
--= here/recipes/giver.lua
return { effects = "read", args = {}, run = function(cloud)
  local image = cloud:image "pfsense"
  local function delete() coroutine.yield() pcall(image.delete, image) end
  local co = coroutine.create(delete)
  coroutine.resume(co)
  return { co = co, next = coroutine.wrap(delete) }
end }
