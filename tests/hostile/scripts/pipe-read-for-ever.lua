--- A script reads a named pipe that nobody writes to, and a task is to end that.
--: shell mkfifo pipe
--: makes here/pipe
--: exit 0 1 2
--: seconds 20
local task = require "task"
pcall(task.timeout, 0.5, function() return fs.read "pipe" end)
print "went on"
