--- A file or folder of the user has the name that a sandbox's state would have.
--: file here/proj.data/thesis.txt precious
--: run sandbox --state proj --port 0 --fault nonsense
--: run sandbox --state proj.data
--: run sandbox --state clouds.yaml
--: exit 1 2
print "x"
