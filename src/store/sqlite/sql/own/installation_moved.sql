SELECT moved_to FROM installation;
