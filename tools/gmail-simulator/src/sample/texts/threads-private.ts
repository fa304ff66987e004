// Threads with friends and family, in the form that threads-work.ts explains.
export const privateThreads = `
# Lunch on {day}?
A: Are you free for lunch on {day}? There is a new place in {street} that I would like to try. / They take no reservations, so we should be there before noon.
R: {day} works for me. Shall we say a quarter to twelve?
A: I have a call until twelve. Half past?
R: Half past is fine, I will go ahead and keep a table.
B: May I join? I have heard about their soup.
R: Of course. See you there!
B: Running five minutes late, please order the soup for me.

# Photos from {place}
A: I have finally sorted the photos from {place}. There are about two hundred, the best are at the beginning. / The one with the goat is not what it looks like.
R: These are wonderful! Can I print the one at the lake?
A: Of course, take whatever you like.
B: Do you have the one with all of us at the table?
A: It is number 148. I have sent you the large version.
B: Thank you! We should go again next year.
R: I am in. But this time I choose the shoes.

# Flat viewing, {street} {house}
A: I can show you the flat at {street} {house} on {day} at 18:00 or on Saturday at 10:00. / The rent is {amount} a month including heating. The kitchen stays.
R: Saturday at ten would be perfect. Is there a cellar?
A: There is, and a place for bicycles in the yard.
R: Thank you for the visit. We talked it over on the way home and would like to take it.
A: I am glad to hear that. I will send the contract on {day}.
R: The contract has arrived. One question about paragraph 7: what are small repairs?
A: That is a standard clause, up to 75 euros. I can strike it if you prefer.
R: No, that is fair. Signed and in the post. Thank you!

# Reading group: {book}
A: next time we read {book}. Shall we meet on {day} at my place again? / I will make something to eat; please bring drinks.
R: I am in. I have started it already and cannot put it down.
B: Can we do it a week later? I am away.
A: A week later suits me too.
C: Fine, then the week after. Chapter one to six?
R: One to eight, six ends in the middle of everything.
B: No spoilers please!
C: I did not like the ending at all. There, I said it.
A: Keep that for the evening, it will be a long one.

# Dinner at ours
A: we have not seen you for ages. Would you come to dinner on {day}, at seven or so? {dish}, and the children want to show you the tree house.
R: With pleasure! May I bring dessert?
A: Please do, you know what you are good at.
R: The tart, then. Is anybody allergic to nuts?
A: Nobody. See you on {day}!
A: You left your scarf here. It is well, the cat sleeps on it.
R: Then it has found its place in life. I will get it on Sunday.

# The boiler again
A: Good morning, the boiler makes the noise again, and the water is lukewarm. Could somebody come this week?
R: Sorry to hear that. I have called the technician, he can be there on {day} between eight and ten.
A: I will be at home. Thank you.
A: He has replaced the pump and says that it should be quiet for years. The receipt is attached.
R: Good. I will deduct the {amount} from next month.

# Birthday present for {name}
A: {name} turns forty on the 14th. Does anybody have an idea? Something for the garden, perhaps?
B: A cherry tree! They always wanted one.
R: I like it. Do we have somebody with a van?
C: My brother has. I will ask him.
A: The nursery has a good one for {amount}. That is twelve each.
B: Paid.
R: Paid too. Who writes the card?
C: Brother says yes, but he wants to be fed.
A: Delivered and planted. There were tears, the good kind.

# Hike on Sunday?
A: The forecast says sun for Sunday. Train at 8:12, up from the valley station, down the other side, about sixteen kilometres. Who comes along?
R: Me! Is the hut open yet?
A: Since last week, and they have the plum cake.
B: I am in for the plum cake. Boots or shoes?
A: Boots, there is still mud in the forest.
C: Next time, my knee does not want to.
A: Home, tired, happy. The photo from the top is attached.

# Recipe
A: you asked for the recipe of the {dish}. My grandmother's card says "until it is enough", so here is my best guess: / Soften two onions slowly, longer than you think. Everything else goes in at once, low heat, one hour, lid on. Lemon at the end.
R: I made it on {day}. It tasted almost like yours. What is the trick?
A: Double the onions and patience. That is all.

# Choir: new rehearsal day
A: dear all, from {month} on we rehearse on {day}s at 19:30, in the small hall. The big one is taken by the fencers. / Please bring a pencil, and the Bach.
B: That is the day of my Spanish class, but I will manage every other week.
R: Fine with me. Do we have enough basses for the Bach?
A: We have two and a half.
C: The half bass says hello.
A: The concert is on the last Sunday of {month}. Black, with something green.

# Bicycle for sale?
A: somebody told me that you sell your touring bicycle. Is it still there, and how tall are you?
R: It is, and 1.78. It has new tyres and an honest scratch. {amount}?
A: That is fair. May I try it on {day} evening?
R: Come by after six, I will pump up the tyres.
A: It rides like a dream. I have transferred the money, thank you.

# School trip on {day}
A: dear parents, on {day} class 4b goes to the museum in {place}. Please give your child a packed lunch, a raincoat and {amount_small} in an envelope. / We need two adults to come with us.
R: I can come along. Which train do you take?
A: Wonderful, the 8:25. We meet at the clock.
B: I can be the second one.
A: Thank you both. Twenty-three children left, twenty-three came home, and they want to live in the museum.

# Moving the sofa
A: can I borrow you and your back for half an hour on {day}? The sofa has to go down three floors, and the lift is out of order.
R: Of course. I bring gloves. Who else?
A: {name}, who has moved eleven times and knows the trick with the blanket.
R: I remember that trick. It worked once.
A: The sofa is down, the wall is nearly unharmed, and I owe you a dinner.

# How was {place}?
A: are you back? How was it? I want to hear everything, including the food.
R: Back since last night. It rained for two days and then it was the most beautiful place in the world. I ate {dish} three times. Pictures on Sunday?
A: Sunday, four o'clock, I will make tea.

# Tickets for {day}
A: I have two tickets for the concert on {day} and my sister is ill. Would you like to come? Row 7, so close that you hear them breathe.
R: Yes! What do I owe you?
A: A drink in the interval. We meet at the left entrance at half past seven.
R: I am still hearing it. Thank you for thinking of me.

# Garden plot
A: there is frost announced for the night. I have put fleece over your beans as well, I hope that is all right.
R: You are an angel. The beans thank you, too.
A: They have survived. So have mine, except for the brave one at the edge.
R: I leave a jar of the plum jam at your gate.

# Weekend in {place}
A: shall we take that weekend in {place} at last? I found a small house by the water, three rooms, {amount} for two nights. Free on the second weekend of {month}.
R: Yes yes yes. I can drive, the car takes four and a dog.
B: The dog says yes. So do I.
C: I can only come on Saturday morning, is that all right?
A: Of course, we keep some breakfast.
R: I have made a list: firewood, cards, the big pot. Who has a corkscrew that works?
B: I do. It was expensive and I am proud of it.
A: Booked! The key is in a box, the number is in the confirmation.
C: My train arrives at 10:47. Can somebody pick me up?
R: I will be there with the dog.
A: Leaving now. Traffic is fine, the cake is on my knees.
R: Thank you all. Best weekend of the year. Who has my left glove?
B: The dog.
A: The sum for everybody is {amount_small}, and the glove is not included.
`;
