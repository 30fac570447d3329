---@meta ui

assert(false, 'stdlib/meta/ui.lua is documentation; write require "ui" instead')

--- What a recipe may say to, and ask of, the person who runs it.
---@class ui
local ui = {}

--- Returns when the answer is yes, or was given before by --yes. Of a recipe that may delete, the question
--- ends with what a yes means: it lets the recipe delete. A later no takes that back.
---
--- Raises: interrupted (the answer was no), usage (nobody is there to ask).
---@param question string
function ui.confirm(question) end

--- Tells what a person should read and a program should not get: it goes to standard error.
---@param text string
function ui.note(text) end

return ui
