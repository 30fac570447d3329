--- Who an image is shared with, and whether that is all of it.
---
--- Glance shows every member to the project that owns the image and to administrators; a member is shown its
--- own row only, as if there were no other. Source: glance/api/authorization.py, ImageMemberRepoProxy;
--- glance/db, `is_image_visible`.

local fail = require "std.fail"
local list = require "std.list"

local sharing = {}

--- Whether the cloud's user is shown all members of an image, and not only its own project's row.
---@param cloud Cloud
---@param image Image
---@return boolean
function sharing.shows_all(cloud, image)
  return image.owner == cloud.project_id or list.contains(cloud.roles, "admin")
end

--- All members of an image.
---
--- Raises: forbidden (another project owns the image, so that only a part of the members is shown; or the
--- image is not `shared`).
---@param cloud Cloud
---@param image Image
---@return Member[]
function sharing.all_members(cloud, image)
  if not sharing.shows_all(cloud, image) then
    fail(
      "forbidden",
      ("only its owner, project %s, sees which projects image %s is shared with"):format(
        image.owner or "(none)",
        image.name or image.id
      ),
      {
        advice = "run it with the owner's entry of clouds.yaml (--os-cloud NAME); a member can but reject the image "
          .. "(lunette accept --reject)",
      }
    )
  end
  return image:members():collect()
end

return sharing
