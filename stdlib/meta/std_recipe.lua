---@meta std.recipe

assert(false, 'stdlib/meta/std_recipe.lua is documentation; write require "std.recipe" instead')

local std = {}

--- Recipes that scripts and other recipes call.
---@class std.recipe
std.recipe = {}

--- Runs a recipe on a cloud, and gives its rows or its record.
---
---     local recipe = require "std.recipe"
---     local rows = recipe.run("share", cloud, { image = "pfsense", project = "project-b" })
---
--- The recipe is found as on a command line, and `lunette help NAME` tells its arguments; dashes are written
--- as underscores. One value does where several may be given; a record stands for its ID, a cloud for its
--- project. `yes = true` answers every question, as `--yes` does; a recipe that runs another one does not
--- answer for the person. What the recipe declares as its effects and files holds for it alone. It runs in a
--- Lua state of its own, and what it returns is data: records, tables without metatables, and lists in place
--- of iterators.
---
--- Raises: usage (no such recipe; an argument that it does not take, or misses; a function in what it
--- returns), limit (recipes run one another too deeply), and what the recipe raises.
---@param name string
---@param cloud Cloud
---@param args table?
---@return any
function std.recipe.run(name, cloud, args) end

return std.recipe
