---@meta recipe

assert(false, "stdlib/meta/recipe.lua is documentation; lunette recipes new NAME begins a recipe")

--- A recipe: a Lua file that returns this table. Its header comment is its help; `lunette recipes new NAME`
--- begins one.
---
--- What it declares holds for everything that it starts, finishes or leaves behind. It runs in a Lua state of
--- its own: what it changes in globals, libraries or modules ends with it, and it returns data (rows,
--- records, text), no functions.
---
--- Its file is also run to be listed, for help and for completion. Then it reaches no cloud, no file and no
--- clock, and prints nothing. It may compute for a second at most, patterns included, and take 32 MiB of
--- memory: a recipe that needs more is listed as broken. Requests, files and time belong in `run`.
---
--- The first question of `ui.confirm` in a recipe that may delete ends with what a yes means: it lets the
--- recipe delete.
---@class Recipe
---@field effects "read"|"write"|"delete"  the deepest request that may leave while it runs
---@field files ("none"|"read"|"write")?  what it may do with files under the working folder; "read" where left out
---@field args table[]?  its arguments; one of `type = "path"` opens the file that it names, wherever that is
---@field columns string[]?  the columns of its table, and their order
---@field run fun(cloud: Cloud, args: table): any  does the work, and returns rows or one record
local Recipe = {}
