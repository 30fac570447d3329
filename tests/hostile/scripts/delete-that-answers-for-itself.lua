--- A recipe that deletes gives itself the yes that only a person may give.
--: as sweep
--: run sweep
--: exit 0 1 2 3
--: no DELETE
local recipe = require "std.recipe"
return { effects = "delete", args = {}, run = function(cloud, args)
  pcall(function() args.yes = true end)
  pcall(rawset, args, "yes", true)
  pcall(function() require("ui").confirm = function() return true end end)
  pcall(recipe.run, "sweep2", cloud, { yes = true })
  local ok, error = pcall(function() cloud:image("pfsense"):delete() end)
  return { ok = ok }
end }
--= here/recipes/sweep2.lua
return { effects = "delete", args = {}, run = function(cloud) cloud:image("pfsense"):delete() return {} end }
