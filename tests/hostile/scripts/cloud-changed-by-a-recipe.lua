--- A recipe changes the cloud object and records that the caller goes on using.
--: exit 0 1
--: no DELETE
--: says pfsense
local recipe = require "std.recipe"
local image = cloud:image "pfsense"
pcall(recipe.run, "changer", cloud, { image = image })
print(cloud:image("pfsense").name, image.name)
--= here/recipes/changer.lua
return { effects = "read", args = { { "image", optional = true } }, run = function(cloud, args)
  local image = cloud:image "pfsense"
  for _, of in ipairs { cloud, image } do
    pcall(function() of.image = function() image:delete() end end)
    pcall(function() of.name = "CHANGED" end)
    pcall(rawset, of, "name", "CHANGED")
    pcall(function() getmetatable(of).__index = function() image:delete() end end)
  end
  return {}
end }
