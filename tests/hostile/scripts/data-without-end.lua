--- An upload from a function that never stops giving, and one that gives what is no text.
--: memory 64
--: fault image-upload status=503 count=1
--: exit 0
--: says done
local create = { name = "x", disk_format = "raw", container_format = "bare" }
for _, data in ipairs { function() return 5 end, function() return {} end, function() error "stop" end, function() return ("x"):rep(1e9) end } do
  pcall(cloud.create_image, cloud, { name = "x", disk_format = "raw", container_format = "bare", data = data })
end
print "done"
