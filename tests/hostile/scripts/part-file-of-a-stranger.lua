--- A file has the name of a download's part-file, and its log says that all is there.
--: file here/disk.part not the image
--: file here/disk.part.json {"id":"1bea47ed-f6a9-463b-b423-14b9cca9ad27","size":3,"os_hash_value":null,"updated_at":null}\n{"filled":18446744073709551615}\n
--: link here/other.part ../canary
--: exit 0
--: makes here/disk here/disk.part here/disk.part.json here/other
local image = cloud:image "pfsense"
pcall(image.download, image, { file = "disk" })
pcall(image.download, image, { file = "other" })
