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
---@field args RecipeArgument[]?  its arguments, in the order of the command line; `lunette help RecipeArgument` explains their keys
---@field columns string[]?  the columns of its table, and their order
---@field run fun(cloud: Cloud, args: table): any  does the work, and returns rows or one record
local Recipe = {}

--- One argument of a recipe: its name, then keys.
---
---     { "image", help = "image, by name or ID" },
---     { "--zone", env = "DNS_ZONE", value = "ZONE", help = "zone to publish in" },
---     { "--token", env = "DNS_TOKEN", secret = true, help = "token of the DNS service" },
---
--- A name that begins with -- is an option, any other is positional. In `args` of `run` dashes are
--- underscores. An option takes a value where `type`, `choices`, `default`, `value`, `many` or `secret` is
--- declared; else it is a flag.
---
--- `env` names an environment variable that gives the value where the command line does not; one that is set
--- to nothing counts as not set. It goes before `default`. A recipe reads no other variables, and none that
--- begin with OS_ or LUNETTE_. `many` arguments have no `env`.
---
--- `secret` is for text that nobody may read: it is redacted in results, errors, traces, and what the recipe
--- prints, and kept out of the REPL's history and of `.save`. Where neither the command line nor `env` gives
--- it, a person at a terminal is asked for it, without echo; without a terminal that is a usage error. An
--- optional secret is nil instead. On a command line other users of the machine can see it (`ps`): `env` and
--- the question hide it. It has 4 characters or more.
---
--- Recipes that Lua calls get `env` and `secret` arguments as values in the table, like all others.
---@class RecipeArgument
---@field [1] string  its name: "image", or "--from"
---@field help string?  one line of help
---@field many boolean?  may be given several times; `args` holds a list
---@field optional boolean?  may be left out; options always may, but for secret ones
---@field type ("string"|"integer"|"number"|"path"|"flag")?  "path" opens the file that it names, wherever that is
---@field choices string[]?  the words allowed
---@field default any  its value where none is given
---@field value string?  the word for its value in the usage line
---@field env string?  the environment variable that gives its value where the command line does not
---@field secret boolean?  whether its value is never printed
local RecipeArgument = {}
