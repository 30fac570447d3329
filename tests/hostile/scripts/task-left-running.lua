--- A recipe that only reads leaves tasks, timeouts and pauses behind, which act when it has ended.
--: as liar
--: run liar
--: exit 0 1 3
--: no DELETE
--: no PUT
return { effects = "read", args = {}, run = function(cloud)
  local task, image = require "task", cloud:image "pfsense"
  pcall(task.timeout, 0.001, function() task.sleep(0.01) image:delete() end)
  pcall(task.parallel, { 1, 2, 3 }, function(i)
    if i == 1 then error "stop" end
    pcall(task.sleep, 0.01)
    image:add_tag "left"
    image:delete()
  end)
  return {}
end }
