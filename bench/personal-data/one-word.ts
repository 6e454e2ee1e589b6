/** What people write alone that is no name, though some of it is one elsewhere. */
export const oneWordReplies: readonly string[] =
  `yes yep yeah yeap yup yea yess ya yah no nope nah naw nay noo ok okay okey k kk sure fine good great cool nice perfect awesome super
  thanks thx ty thankyou cheers ta please pls plz sorry oops hello hi hey hiya howdy yo sup hola bonjour ciao aloha hallo servus salut
  bye goodbye byebye bye-bye cya later farewell adios sayonara tschüss au-revoir ciao peace toodles stop start halt pause mute unmute silence quiet cancel
  quit exit continue next back help menu info status agent human operator person someone anybody maybe perhaps possibly probably certainly
  definitely absolutely indeed true false correct right wrong exactly agreed done finished ready waiting what why how who when where which
  huh hmm hm uh um wow lol haha omg idk dunno some any all none nothing everything something both neither either us me you we they mine
  today tomorrow yesterday monday tuesday wednesday thursday friday saturday sunday morning evening tonight noon now soon never always often
  january february march april may june july august september october november december red blue green black white small medium large
  one two three first second last english german french spanish gracias merci danke grazie obrigado si oui ja nein non
  review refund return order invoice bill delivery shipping account password login error price discount coupon card visa mastercard paypal
  mercury venus mars amazon google apple samsung nike uber slack teams discord zoom windows android chrome test testing anyone there`
    .split(/\s+/)
    .filter(Boolean);
