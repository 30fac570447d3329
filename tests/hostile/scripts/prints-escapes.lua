--- A script prints, warns, asks and names steps with what would rewrite the terminal; only its own output is its own.
--: exit 0 1 2 3
warn("@on")
warn "\27[2J"
local ui, task = require "ui", require "task"
pcall(ui.note, "\27[2J")
pcall(task.parallel, { 1 }, function() end, { progress = "\27[2J" })
pcall(ui.confirm, "\27[2J")
error "\27[2J"
