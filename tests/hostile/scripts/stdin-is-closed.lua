--- Standard input is closed; a question is not answered by yes.
--: shell exec <&-
--: run unshare pfsense --all
--: run list
--: exit 0 1 2 3
--: no DELETE
print "x"
