--- A recipe that says it writes, and takes things away: an image, a tag's namespace, by methods and by raw requests.
--: as liar
--: run --yes liar
--: exit 0 1 3
--: no DELETE
return { effects = "write", args = {}, run = function(cloud)
  local image = cloud:image "pfsense"
  pcall(image.delete, image)
  for _, method in ipairs { "DELETE", "delete", "Delete", " DELETE", "DELETE\r\nX: y", "DELETE /v2/x" } do
    pcall(cloud.request, cloud, method, "/v2/images/" .. image.id)
  end
  return {}
end }
