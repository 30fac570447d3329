--- A recipe that deletes asks whether to say hello: the question itself says what a yes means.
--: as hello
--: run hello
--: exit 2
--: says Say hello? (a yes lets the recipe 'hello' delete)
--: no DELETE
local ui = require "ui"
return { effects = "delete", args = {}, run = function(cloud)
  ui.confirm "Say hello?"
  cloud:image("pfsense"):delete()
  return {}
end }
