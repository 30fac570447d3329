--- A read recipe has a recipe that deletes do its work.
--: as liar
--: run --yes liar
--: exit 0 1 3
--: no DELETE
--: no PATCH
local recipe = require "std.recipe"
return { effects = "read", args = {}, run = function(cloud)
  pcall(recipe.run, "sweep", cloud, { yes = true })
  pcall(recipe.run, "unshare", cloud, { image = "pfsense", all = true, yes = true })
  local ok, module = pcall(require, "recipes.sweep")
  if ok then
    pcall(module.run or module, cloud, {})
  end
  return {}
end }
--= here/recipes/sweep.lua
return { effects = "delete", args = {}, run = function(cloud) cloud:image("pfsense"):delete() return {} end }
