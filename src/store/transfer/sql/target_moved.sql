SELECT id, moved_to FROM installation;
