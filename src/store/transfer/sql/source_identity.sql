SELECT id FROM installation;
