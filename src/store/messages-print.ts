/** Of the messages between the positions $4 and $5 of a conversation ($1, $2, $3): another one once any of them was changed or taken back. */
export const messagesPrint = `(select coalesce(md5(string_agg(md5(body), ',' order by position)), '') from message
  where organization = $1 and person = $2 and conversation = $3 and position > $4 and position <= $5)`;
