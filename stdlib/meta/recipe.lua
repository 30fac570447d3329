---@meta recipe

assert(false, "stdlib/meta/recipe.lua is documentation; lunette recipes new NAME begins a recipe")

--- A recipe: a Lua file that returns this table. Its header comment is its help; `lunette recipes new NAME` begins one.
---
--- What it declares holds for everything that it starts, finishes or leaves behind. It runs in a Lua state of its own: what
--- it changes in globals, libraries or modules ends with it, and it returns data (rows, records, text), no functions.
---
--- Its file is also run to be listed, for help and for completion. Then it reaches no cloud, no file and no clock, prints
--- nothing, and may compute for a moment only: requests, files and time belong in `run`.
---@class Recipe
---@field effects "read"|"write"|"delete"  the deepest request that may leave while it runs
---@field files ("none"|"read"|"write")?  what it may do with files under the working folder; "read" where left out
---@field args table[]?  its arguments; one of `type = "path"` opens the file that it names, wherever that is
---@field columns string[]?  the columns of its table, and their order
---@field run fun(cloud: Cloud, args: table): any  does the work, and returns rows or one record
local Recipe = {}
